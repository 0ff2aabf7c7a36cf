#!/usr/bin/env bash
# Writes the digest of each image behind its tag, in docker-compose.yml and the Dockerfiles, so that what is started is what was looked at:
#
#   deploy/pin.sh            asks the registries, needs docker with buildx; run it again to take up what the tags mean by then
#   deploy/check.sh --pinned says which are not pinned
#
# Images that are built here (pioneer-*) have none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
files=(docker-compose.yml Dockerfile deploy/connect/Dockerfile)
for image in $(grep -hoE '^( *image:|FROM) +[^ ]+' "${files[@]}" | awk '{ print $2 }' | grep -v '^pioneer-' | sort -u); do
  tag=${image%%@*}
  digest=$(docker buildx imagetools inspect "$tag" --format '{{.Manifest.Digest}}')
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "deploy/pin.sh: the registry gave no digest for $tag: '$digest'" >&2; exit 1; }
  sed -i -E "s#(^( *image:|FROM) +)${image//./\\.}( |\$)#\1$tag@$digest\3#" "${files[@]}"
  echo "$tag@$digest"
done
