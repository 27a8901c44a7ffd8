# SPDX-License-Identifier: Apache-2.0
# awk -f tools/pages.awk docs/checks/*.md: the table policy_pages (policy/pages.h), in the order of the files.
function code_of(path) {
	sub(/.*\//, "", path)
	sub(/\.md$/, "", path)
	return path
}
BEGIN {
	print "// SPDX-License-Identifier: Apache-2.0"
	print "/* Written by tools/pages.awk. */"
	print "#include \"policy/pages.h\"\n"
	print "#include \"libattest/base/banned.h\""
}
FNR == 1 {
	if (count)
		print "\tNULL,\n};"
	codes[count++] = code_of(FILENAME)
	printf "\nstatic const char *const page_%d[] = {\n", count - 1
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	gsub(/\?/, "\\?")
	printf "\t\"%s\",\n", $0
}
END {
	if (count)
		print "\tNULL,\n};"
	print "\nconst struct policy_page policy_pages[] = {"
	for (i = 0; i < count; i++)
		printf "\t{\"%s\", page_%d},\n", codes[i], i
	print "\t{NULL, NULL},\n};"
}
