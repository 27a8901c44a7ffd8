class Hello < Formula
  desc "Greets"
  homepage "https://hello.example"
  version "1.2.0"

  on_linux do
    url "https://github.com/acme/hello/releases/download/v#{version}/hello-#{version}-linux-x86_64.tar.gz"
    sha256 "8957dffd308a1f0ebfd6f30d87a378651122c8065782a74c722e23d211b873f7"
  end

  def install
    bin.install "hello"
  end
end
