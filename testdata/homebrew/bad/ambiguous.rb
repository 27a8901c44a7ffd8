class Ambiguous < Formula
  x = 4
  desc x /2; url "https://x.example/x-1.0.tgz" #/
end
