#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # run has set them
# Part of bench/run: attest align after over 12 channels that serve 60 artifacts of 5 MiB, by nginx on this machine,
# beside curl that downloads the same bytes at once, and sha256sum over them.
program=$PWD/build/bin/attest-align
project=$PWD/$data/align
port=18790
if [ ! -e "$project/made" ] || [ bench/align.sh -nt "$project/made" ]; then
	rm -rf "$project"
	mkdir -p "$project/dist" "$project/www" "$project/nginx"
	(
		cd "$project" || exit 2
		git init -q -b main . && git config user.email a@b.example && git config user.name a
		printf '[project]\nname = "p"\n' >attest.toml
		printf 'dist\nwww\nnginx*\nmade\nurls\ndown\n' >.gitignore
		git add -A && git commit -q -m a && git tag v1.0.0
		commit=$(git rev-parse HEAD)
		for c in $(seq 12); do
			api=www/api/repos/o/r$c files=www/o/r$c/releases/download/v1.0.0
			mkdir -p "$api/git/ref/tags" "$api/releases/tags" "$files"
			assets=
			for i in 1 2 3 4 5; do
				name=p$c-1.0.0-$i
				head -c $((5 << 20)) /dev/urandom >"dist/$name"
				ln "dist/$name" "$files/$name"
				url=http://127.0.0.1:$port
				printf 'url = "%s/o/r%s/releases/download/v1.0.0/%s"\noutput = "down/%s"\n' "$url" "$c" \
					"$name" "$name" >>urls
				assets+=${assets:+,}'{"name":"'$name'","size":5242880,"state":"uploaded","digest":"sha256:'
				assets+=$(sha256sum "dist/$name" | cut -d' ' -f1)'","browser_download_url":"'
				assets+=$url/o/r$c/releases/download/v1.0.0/$name'","url":"'
				assets+=$url/api/repos/o/r$c/releases/assets/$name'"}'
				printf '[[artifact]]\nname = "p%s-{version}-%s"\npath = "dist"\n' "$c" "$i" >>attest.toml
			done
			printf '[[channel]]\nkind = "github"\nname = "r%s"\nrepository = "o/r%s"\n' "$c" "$c" >>attest.toml
			printf 'artifacts = ["p%s-*"]\napi = "http://127.0.0.1:%s/api"\n' "$c" "$port" >>attest.toml
			echo '{"private":false}' >"$api/index.json"
			echo '{"ref":"refs/tags/v1.0.0","object":{"type":"commit","sha":"'"$commit"'"}}' \
				>"$api/git/ref/tags/v1.0.0"
			echo '{"tag_name":"v1.0.0","id":7,"draft":false,"prerelease":false,"assets":['"$assets"']}' \
				>"$api/releases/tags/v1.0.0"
			echo '{"tag_name":"v1.0.0"}' >"$api/releases/latest"
			echo '[{"tag_name":"v1.0.0"}]' >"$api/releases/index.json"
		done
		mkdir down
		touch made
	)
fi
# What has the name of a folder is the document in it.
user=
[ "$(id -u)" -ne 0 ] || user='user root;'
cat >"$project/nginx.conf" <<END
$user daemon on; worker_processes 2; pid $project/nginx/pid; error_log $project/nginx/error; events {}
http {
	access_log off; sendfile on; default_type application/octet-stream;
	client_body_temp_path $project/nginx/a; proxy_temp_path $project/nginx/b; fastcgi_temp_path $project/nginx/c;
	uwsgi_temp_path $project/nginx/d; scgi_temp_path $project/nginx/e;
	server { listen 127.0.0.1:$port; root $project/www; location / { try_files \$uri \$uri/index.json =404; } }
}
END
if ! command -v nginx >/dev/null || ! command -v curl >/dev/null; then
	echo "bench: nginx and curl are missing; ./setup bench installs them" >&2
	return 0
fi
nginx -c "$project/nginx.conf" -p "$project" 2>>"$data/log" || return 0
ours="$program after --config $project/attest.toml --tag v1.0.0"
theirs="curl --silent --parallel --parallel-max 16 --config urls && sha256sum down/* | tail -n 1"
if $ours >"$data/log" 2>&1; then
	heading "Downloading and judging 60 artifacts of 5 MiB on 12 channels"
	one=() other=()
	for _ in 1 2 3 4 5; do
		read -r wall _ < <(measure 1 "sh -c 'cd $project && $theirs'")
		other+=("$wall")
		read -r wall _ < <(measure 1 "$ours")
		one+=("$wall")
	done
	wall=$(median_of "${one[@]}") peer=$(median_of "${other[@]}")
	row "curl --parallel, sha256sum" "$(number "$peer" 0) ms"
	row "attest align after" "$(number "$wall" 0) ms" "at most 1.3 x: $(ratio "$wall" "$peer")"
	# shellcheck disable=SC2086 # a command with its arguments
	row "attest align after, peak memory" "$(peak $ours) MiB" "at most 64 MiB"
else
	cat "$data/log" >&2
fi
kill "$(cat "$project/nginx/pid")"
