cask "words" do
  arch = on_arch_conditional arm: "aarch64", intel: 'x64'
  version "12.3.4,567"
  sha256 arm:   "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
         intel: "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

  major, minor = 1, 2
  FOLDER = %w[a b].join("/").freeze
  folder = version.csv.second.to_s + "-" 'q'
  folder = folder.upcase if OS.mac? || ENV["NEVER"]
  url "https://w.example/#{FOLDER}/#{folder}/#{version.major}/#{version.minor}/#{version.patch}/" \
      "#{version.major_minor}/#{version.major_minor_patch}/#{version.before_comma}/#{version.after_comma}/" \
      "#{version.no_dots}/#{version.csv.first.dots_to_underscores}/#{version.dots_to_hyphens}/" \
      "#{version.tr(".", "_")}/#{version.sub("12", "x")}/#{version.gsub(",", ".")}/#{version.split(".").last}/" \
      "#{version.delete_suffix(",567").delete_prefix("12.")}/#{Hardware::CPU.arm? ? :arm : "intel"}" + "/#{arch}.zip"
end
