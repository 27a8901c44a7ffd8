# SPDX-License-Identifier: Apache-2.0
require "timeout"

# homebrew.rb OS ARCH FILE...: runs formulae and casks as Ruby does, with as much of Homebrew's words around them as
# they declare their downloads with. Prints a line for each: FILE PART VERSION URL SHA256, with tabs.

$os, $arch = ARGV.shift(2).map(&:to_sym)
MACOS = %i[leopard snow_leopard lion mountain_lion mavericks yosemite el_capitan sierra high_sierra mojave catalina
           big_sur monterey ventura sonoma sequoia tahoe].freeze

module OS
  def self.mac? = $os == :macos
  def self.linux? = $os == :linux
  def self.kernel_name = mac? ? "Darwin" : "Linux"
end

module Hardware
  module CPU
    def self.arm? = $arch == :arm
    def self.intel? = !arm?
    def self.is_64_bit? = true
    def self.arch = arm? ? :arm64 : :x86_64
  end
end

# The newest one: the only one that is compared.
module MacOS
  class Version
    include Comparable
    def <=>(other) = MACOS.size - 1 <=> MACOS.index(other)
  end

  def self.version = Version.new
end

class Version < String
  def parts = self[/\A[^,:;]*/].split(".")
  def major = Version.new(parts[0].to_s)
  def minor = Version.new(parts[1].to_s)
  def patch = Version.new(parts[2].to_s[/\A\d+/].to_s)
  def major_minor = Version.new(parts.first(2).join("."))
  def major_minor_patch = Version.new([major, minor, patch].join("."))
  def csv = split(",").map { |part| Version.new(part) }
  def before_comma = split(",", 2)[0]
  def after_comma = split(",", 2)[1]
  def no_dots = Version.new(delete("."))
  def dots_to_underscores = Version.new(tr(".", "_"))
  def dots_to_hyphens = Version.new(tr(".", "-"))
end

class Array
  def second = self[1]
  def third = self[2]
end

# What both kinds say.
module Words
  PASSED = %i[desc homepage license depends_on head livecheck test service revision mirror bottle conflicts_with name
              app binary zap preflight manpage bash_completion zsh_completion fish_completion rename disable! patch
              caveats keg_only].freeze
  PASSED.each { |word| define_method(word) { |*, **, &_block| nil } }

  def value(key, given) = given.nil? ? (@said ||= {})[key] : (@said ||= {})[key] = given
  def version(text = nil) = value(:version, text && Version.new(text))
  def url(text = nil, **) = value(:url, text)
  def on_macos = OS.mac? && yield
  def on_linux = OS.linux? && yield
  def on_arm = Hardware::CPU.arm? && yield
  def on_intel = Hardware::CPU.intel? && yield
  def on_arch_conditional(arm: nil, intel: nil) = Hardware::CPU.arm? ? arm : intel
  def on_system_conditional(macos: nil, linux: nil) = OS.mac? ? macos : linux
  def stable = yield

  def sha256(text = nil, arm: nil, intel: nil, x86_64: intel, arm64_linux: nil, x86_64_linux: nil)
    text ||= OS.mac? ? on_arch_conditional(arm: arm, intel: x86_64)
                     : on_arch_conditional(arm: arm64_linux, intel: x86_64_linux)
    value(:sha256, text)
  end

  def on_system(*systems, macos: nil)
    name, range = macos.to_s.match(/\A(.*?)(_or_newer|_or_older)?\z/)[1..2]
    holds = OS.linux? ? systems.include?(:linux) : macos && on_release?(name, range.to_s[1..])
    yield if holds
  end

  def on_release?(name, range)
    at = MACOS.index(name.to_sym)
    range == "or_newer" || at == MACOS.size - 1
  end

  MACOS.each do |release|
    define_method("on_#{release}") do |range = nil, &block|
      block.call if OS.mac? && on_release?(release.to_s, range.to_s)
    end
  end

  def resource(name, &block)
    part = Object.new.extend(Words)
    part.instance_eval(&block)
    (@resources ||= {})[name] = part
  end

  def tell(file, name = "")
    values = %i[version url sha256].map { |key| (@said ||= {})[key] }
    puts [file, name, *values].join("\t") if values[1] && values[2]
    (@resources || {}).each { |key, part| part.tell(file, key) }
  end
end

class Formula
  def self.inherited(formula)
    $subject = formula
    super
  end
  extend Words
end

class Cask
  include Words
  def arch(**by) = by.empty? ? @arch : @arch = on_arch_conditional(**by)
  def os(**by) = by.empty? ? @os : @os = on_system_conditional(**by)
end

def cask(_token, &block)
  $subject = Cask.new
  $subject.instance_eval(&block)
end

# KEEP_GOING: a file that Ruby refuses is a line, too.
ARGV.each do |file|
  $subject = nil
  Timeout.timeout(2) { load(file, true) }
  $subject.tell(file)
rescue Exception # rubocop:disable Lint/RescueException
  raise unless ENV["KEEP_GOING"]

  puts [file, "!"].join("\t")
end
