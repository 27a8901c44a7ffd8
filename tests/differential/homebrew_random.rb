# SPDX-License-Identifier: Apache-2.0
# homebrew_random.rb SEED COUNT: writes formulae and casks of random statements to rb-0.rb, rb-1.rb, ...: values that
# are computed, changed behind a name, hidden by a block and said twice. Ruby runs or refuses each of them.
#
# In the templates, one a line: @V a variable or constant, @v and @w variables, @T a text, @E an expression,
# @M a method, @C a condition, @S a statement; "\n" is a line end.

LITERALS = <<'END'.lines(chomp: true)
"@T"
'@T'
%q(@T)
%Q[@T]
%[@T(x)]
"@T" '@T'
'@T\\'
"\t@T\x41"
"\u0041@T"
"@T\101"
'it\'s'
"a\#b"
"\#{1}"
<<~U.strip\n  @T\nU\n
<<-'U'.chomp\n@T\n  U\n
?x
:x.to_s
%w[@T z].first
"a" \\n  "b"
"x".freeze
END

EXPRESSIONS = <<'END'.lines(chomp: true)
@V
@V.@M
"@T#{@E}"
version.to_s
version.major.to_s
@E + @E
(@E)
(@E).@M
(@C ? @E : @E)
(if @C then @E else @E end)
(@V || @E)
(ENV["NONE"] || @E)
[@E, "z"].first
[@E, "z"].last
[@E, "z"].join("-")
[@E, "z"][1]
[@E, "z"][-1]
on_arch_conditional(arm: @E, intel: @E)
on_system_conditional(macos: @E, linux: @E)
case @E when "x" then @E else "n" end
begin @E end
(@v = @E)
(@E; @E)
(@E rescue "r")
{k: @E}[:k]
-> { @E }.call
self.then { @E }
END

METHODS = <<'END'.lines(chomp: true)
upcase
downcase
capitalize
strip
chomp
chomp("x")
chomp("\n")
tr(".", "_")
tr("a-c", "z")
tr("^x", "y")
tr("xy", "")
tr("\\", "y")
delete(".")
delete("^x")
sub("x", "w")
sub(/\./, "!")
gsub(".", "-")
split(".").first
split(".")[1].to_s
split("1").last.to_s
split.first.to_s
delete_prefix("v")
delete_suffix("0")
to_s
freeze
dup
itself
succ
[0]
[1..].to_s
concat("m")
replace("m")
upcase!.to_s
then { |s| s }
tap { |s| s << "t" }
start_with?("x").to_s
END

CONDITIONS = <<'END'.lines(chomp: true)
OS.mac?
OS.linux?
Hardware::CPU.arm?
Hardware::CPU.intel?
Hardware::CPU.arch == :arm64
true
false
nil
!OS.mac?
not(OS.linux?)
OS.mac? && Hardware::CPU.arm?
OS.linux? || Hardware::CPU.intel?
version == "1.2"
a == b
a != "x"
a.nil?
a.empty?
a.start_with?("x")
a =~ /x/
/(?<b>.)/ =~ a
(c = "q")
defined?(c)
END

CHANGES = <<'END'.lines(chomp: true)
@V << "m"
(@V) << "m"
@V.to_s << "m"
@V.concat("m")
@V.replace("m")
@V.insert(0, "m")
@V.upcase!
@V[0] = "m"
@v&.concat("m")
@V += "m"
@V ||= "m"
@v, @w = @w, @v
(@v, b), c = ["m", "n"], "o"
@v = @V = @E
@v = @V.dup << "m"
@v = "m" while @v == "x"
@v = "m" if false
@v = "m" unless @C
(@v = "m") and nil
begin @v = "m" end
while @v == "x" do @v = "m" end
for @v in ["m"] do end
1.times { @v = "m" }
1.times do @v = "m" end
tap { @v = "m" }
[@V].each { |s| s << "m" }
[@V].each { |@w| @w << "m" }
%w[m].each do |@v; @w| @w = @v end
[@V].map(&:upcase!)
[@V, "m"].inject(:concat)
@V.then { _1 << "m" }
"m" => @v
["m"] => [@v]
{@v: "m"} => {@v:}
case "m"\n  in @v\n  end
begin\n  raise "m"\nrescue => @v\nend
/(?<@v>.)/ =~ "m"
f = -> { @V << "m" }\n  f.call
f = -> { @v = "m" }\n  @v = "n"\n  f.call
f = proc { |s| s << "m" }\n  f.call(@V)
k(@V)
k @V
l(@V)
puts(@V) if false
desc(@V << "m")
desc "#{@v = 'm'}"
version << "m"
version.concat("m")
version = "m"
version begin @E end
def self.z = "m"
END

STATEMENTS = <<'END'.lines(chomp: true)
if @C\n  @S\nend
if @C\n  @S\nelse\n  @S\nend
if @C\n  @S\nelsif @C\n  @S\nend
unless @C\n  @S\nend
@S if @C
@S unless @C
@S; @S
on_macos do\n  @S\n  @S\nend
on_linux do\n  @S\n  @S\nend
on_arm do\n  @S\nend
on_intel { @S }
on_macos do |a|\n  @S\nend
on_linux do |a; b|\n  @S\nend
on_system :linux do\n  @S\nend
stable do\n  @S\nend
resource "r#{@E}" do\n  @S\n  @S\n  @S\nend
livecheck do\n  url :stable\nend
=begin\n@S\n=end
# @T #{x}
begin\n  @S\nend
case @E\nwhen "x"\n  @S\nend
def m\n  @S\nend
1.times do\n  @S\nend
[].each { |a| @S }
END

VARIABLES = %w[a b c V W].freeze
TEXTS = %w[x y1 1.2 v2.0 q_r A-b].freeze

def fill(template, depth)
  template.gsub("\\n", "\n").gsub(/@[A-Zvw]/) do |what|
    case what
    when "@V" then VARIABLES.sample
    when "@v", "@w" then VARIABLES.first(3).sample
    when "@T" then TEXTS.sample
    when "@E" then expression(depth + 1)
    when "@M" then fill(METHODS.sample, depth)
    when "@C" then fill(CONDITIONS.sample, depth)
    when "@S" then statement(depth + 1)
    end
  end
end

def expression(depth = 0) = fill((depth > 2 ? LITERALS : [LITERALS, EXPRESSIONS].sample).sample, depth)

def statement(depth = 0)
  case rand(100)
  when 0...30 then fill(CHANGES.sample, depth)
  when 30...50 then fill("@V = @E", depth)
  when 50...56 then fill('url "https://h/#{@E}"', depth)
  when 56...60 then fill("version @E", depth)
  when 60...64 then "sha256 \"#{%w[ab cd].sample * 32}\""
  else depth > 2 ? "# nothing" : fill(STATEMENTS.sample, depth)
  end
end

def program(index)
  lines = ['a = "x"', "b = #{['a', '"y"'].sample}", "V = #{['"1.2"', "a", "b"].sample}", 'version "1.2"']
  lines += Array.new(rand(3)) { statement }
  lines << fill("url \"https://h/\#{#{[*VARIABLES, "version", "version.major", "@E"].sample}}\"", 0)
  lines << "sha256 \"#{"ef" * 32}\""
  lines.insert(rand(lines.size), 'W = "w"')
  head = rand(4).zero? ? "cask \"rb-#{index}\" do" : "class Rb#{index} < Formula"
  lines.unshift('def self.k(s) = s << "k"') if head.start_with?("class") && rand(3).zero?
  beside = ["", "version = \"9\"\n", "a = \"o\"\nW = a\n", "def k(s)\n  s << \"k\"\nend\n", "def l(s) = s.to_s\n"]
  last = ["", "__END__\nurl \"https://elsewhere\"\n"].sample
  "#{beside.sample(2).join}#{head}\n  #{lines.join("\n  ")}\nend\n#{last}"
end

srand(ARGV[0].to_i)
ARGV[1].to_i.times { |i| File.write("rb-#{i}.rb", program(i)) }
