class Unfinished < Formula
  url "https://x.example/x-1.0.tgz"
  def install
    system "make
  end
end
