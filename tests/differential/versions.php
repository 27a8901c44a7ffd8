<?php
// SPDX-License-Identifier: Apache-2.0
// versions.php < PAIRS: prints '<', '=', '>' or '!' for each "A<tab>B", as composer/semver normalises versions and
// PHP's version_compare orders them. Branches have no order.
require 'Composer/Semver/autoload.php';

$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) {
    [$a, $b] = explode("\t", rtrim($line, "\n"));
    try {
        $a = $parser->normalize($a);
        $b = $parser->normalize($b);
        $branch = strpos($a, 'dev-') === 0 || strpos($b, 'dev-') === 0;
        echo $branch ? '!' : '<=>'[version_compare($a, $b) + 1], "\n";
    } catch (UnexpectedValueException $e) {
        echo "!\n";
    }
}
