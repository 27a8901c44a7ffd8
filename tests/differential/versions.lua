-- SPDX-License-Identifier: Apache-2.0
-- For the Lua inside rpm: reads "A<tab>B" from standard input and prints '<', '=' or '>' for each.
for line in io.lines() do
    local a, b = line:match('^(.-)\t(.*)$')
    local order = rpm.vercmp(a, b)
    print((order < 0 and '<' or order > 0 and '>' or '=') .. '\n')
end
