// SPDX-License-Identifier: Apache-2.0
/* The versions of macOS that Homebrew has names for. */
#include "release/homebrew_internal.h"

#include "libattest/base/banned.h"

static const struct {
	const char *name, *number;
} versions[] = {
	{"leopard", "10.5"},      {"snow_leopard", "10.6"}, {"lion", "10.7"},        {"mountain_lion", "10.8"},
	{"mavericks", "10.9"},    {"yosemite", "10.10"},    {"el_capitan", "10.11"}, {"sierra", "10.12"},
	{"high_sierra", "10.13"}, {"mojave", "10.14"},      {"catalina", "10.15"},   {"big_sur", "11"},
	{"monterey", "12"},       {"ventura", "13"},        {"sonoma", "14"},        {"sequoia", "15"},
	{"tahoe", "26"},
};

enum { FIRST_ON_ARM = 11 };

int release_homebrew_macos_count(void)
{
	return (int)(sizeof versions / sizeof *versions);
}

int release_homebrew_macos_first(enum homebrew_arch arch)
{
	return arch == HOMEBREW_ARM ? FIRST_ON_ARM : 0;
}

const char *release_homebrew_macos_name(int index)
{
	return versions[index].name;
}

int release_homebrew_macos_find(struct att_str name)
{
	for (int i = 0; i < release_homebrew_macos_count(); i++) {
		if (att_str_is(name, versions[i].name))
			return i;
	}
	return -1;
}

int release_homebrew_macos_number(struct att_str number)
{
	for (int i = 0; i < release_homebrew_macos_count(); i++) {
		if (att_str_is(number, versions[i].number))
			return i;
	}
	return -1;
}
