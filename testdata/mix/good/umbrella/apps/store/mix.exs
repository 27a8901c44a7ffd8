defmodule Store.MixProject do
  def project, do: [app: :store, deps: [{:plug, "~> 1.0", only: :test}]]
end
