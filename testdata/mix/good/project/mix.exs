defmodule Shop.MixProject do
  use Mix.Project
  @moduledoc """
  def deps do [{:commented, "~> 1.0", only: :test}]
  """
  @version "1.4.0"
  # def project do [app: :wrong]
  def project, do: [app: :shop, version: @version, escript: [version: "9"], deps: deps()]

  defp quote_char(?"), do: ~s(a "quoted" thing)

  defp deps do
    [
      {:jason, "~> 1.2"},
      {:credo, "~> 1.7", only: [:dev, :test], runtime: false},
      {:esbuild, "~> 0.8", runtime: Mix.env() == :dev},
      {:ex_doc, ">= 0.0.0", [only: :dev]},
      {:benchee, "~> 1.0", only: ~w(dev prod)a},
      {:boundary, "~> 0.10", runtime: false},
      {:toolbox, path: "../shared/#{System.get_env("X")}"},
      {:local, path: "vendor/local", only: :test},
      {:far, path: "../../far"},
      {:renamed, "~> 1.0", hex: :original, organization: "acme"},
      dynamic("x"),
      {:widget, github: "acme/widget"}
    ] ++ more()
  end
end
