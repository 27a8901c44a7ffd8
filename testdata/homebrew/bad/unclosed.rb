class Unclosed < Formula
  url "https://x.example/x-1.0.tgz"
  if OS.mac?
    sha256 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
end
