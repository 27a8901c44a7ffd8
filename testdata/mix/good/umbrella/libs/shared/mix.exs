defmodule Shared.MixProject do
  def project, do: [app: :shared, version: "3.0.0", deps: [{:credo, "~> 1.0"}]]
end
