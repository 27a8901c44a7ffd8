defmodule Web.MixProject do
  def project do
    [app: :web, version: "0.1.0", deps: deps()]
  end
  defp deps(), do: [{:store, in_umbrella: true}, {:plug, "~> 1.0"}, {:shared, path: "../../libs/shared"}]
end
