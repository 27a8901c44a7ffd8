# SPDX-License-Identifier: Apache-2.0
# versions.rb < PAIRS: prints '<', '=', '>' or '!' for each "A<tab>B", as Gem::Version orders them.
STDIN.each_line(chomp: true) do |line|
  a, b = line.split("\t", -1)
  if Gem::Version.correct?(a) && Gem::Version.correct?(b)
    puts '<=>'[(Gem::Version.new(a) <=> Gem::Version.new(b)) + 1]
  else
    puts '!'
  end
end
