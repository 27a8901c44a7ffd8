cask "one" do
  version "1"
end
cask "two" do
  version "2"
end
