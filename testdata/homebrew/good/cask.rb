cask "a-cask" do
  arch arm: "-arm64"
  os macos: "darwin", linux: "linux"

  version "4.5.6,78,beta"
  sha256 arm:          "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
         intel:        "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
         x86_64_linux: "20112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

  url "https://k.example/#{version.csv.first.dots_to_underscores}/#{version.csv[1]}/a#{arch}-#{os}.zip",
      verified: "k.example/"
  name "A Cask"
  desc "It is <<~ one %w[ thing"
  homepage "https://k.example/"

  livecheck do
    url "https://k.example/feed"
    strategy :sparkle do |item|
      "#{item.short_version},#{item.version}" if item
    end
  end

  depends_on macos: ">= :big_sur"

  app "A.app"

  preflight do
    File.write("x", "y") if true
  end

  zap trash: [
    "~/Library/A",
    "~/Library/B-#{version.major}",
  ]
end
