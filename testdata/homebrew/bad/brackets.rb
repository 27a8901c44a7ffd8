class Brackets < Formula
  url("https://x.example/x-1.0.tgz"]
end
