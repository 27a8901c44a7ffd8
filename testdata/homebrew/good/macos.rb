cask "macos" do
  on_catalina :or_older do
    version "1.0"
    sha256 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    url "https://m.example/#{version}.dmg"
  end
  on_big_sur do
    version "1.5"
    sha256 "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    url "https://m.example/#{version}.dmg"
  end
  on_monterey :or_newer do
    version "2.0"
    sha256 "20112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    url "https://m.example/#{version}.dmg"
  end
  name "Macos"
  app "M.app"
end
