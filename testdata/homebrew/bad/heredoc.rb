class Heredoc < Formula
  desc <<~TEXT
    no end
  url "https://x.example/x-1.0.tgz"
end
