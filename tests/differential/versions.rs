// SPDX-License-Identifier: Apache-2.0
// Reads "REQUIREMENT<tab>VERSION" and prints 'y' or 'n' as the crate that Cargo itself uses has it, '!' for what it
// cannot read.
use semver::{Version, VersionReq};
use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (requirement, version) = line.split_once('\t').unwrap();
        let answer = match (VersionReq::parse(requirement), Version::parse(version)) {
            (Ok(requirement), Ok(version)) if requirement.matches(&version) => 'y',
            (Ok(_), Ok(_)) => 'n',
            _ => '!',
        };
        println!("{answer}");
    }
}
