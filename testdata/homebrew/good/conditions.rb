# frozen_string_literal: true

class Conditions < Formula
  desc 'It\'s "for" all'
  version "2.0.1"
  BASE = "https://c.example/" "dl"

=begin
  url "https://not.example/x"
=end

  name = "conditions"
  if OS.mac? && Hardware::CPU.arm?
    url "#{BASE}/v#{version}/#{name}-#{version.major_minor}-mac-arm.zip"
    sha256 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
  elsif OS.mac?
    url BASE + "/v" + version.to_s + "/mac-intel.zip"
    sha256 "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
  else
    arch = Hardware::CPU.arm? ? "arm" : "intel"
    url "#{BASE}/linux-#{arch}.zip"
    sha256 "20112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" if Hardware::CPU.intel?
    sha256 "30112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" unless Hardware::CPU.intel?
  end

  on_ventura :or_newer do
    resource "new" do
      url "https://c.example/new-1.0.tgz"
      sha256 "40112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    end
  end

  test do
    system "true"
  end
end
