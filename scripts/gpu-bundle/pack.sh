#!/usr/bin/env bash
# Packs the built lab, so that it runs as root on an x86-64 Linux machine with an NVIDIA GPU and no network, in parts under 64 MiB.
#   scripts/gpu-bundle/pack.sh --data CATEGORY --weights FILE [--tensorflow] [GOAL, default .gpu]
# in the project's root after `npm ci` and `npm run build`. `--only build|p1|p2` makes one piece anew.
#   GOAL/p1   Node, the build, its modules, the Vulkan loader      GOAL/p2   the category, the weights, onnxruntime, image codecs
#   GOAL/t1…  with --tensorflow: TensorFlow for CUDA 12.5 (device code of sm_90 only) and the binding built on it
# There: bash GOAL/p1/unpack.sh GOAL/p1, the same for p2, all t*/part.* into /root/part and unpack-tensorflow.sh; then . /root/w/env.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); project=$PWD
tensorflow=0; goal=.gpu; only=; data=; weights=
while [ $# -gt 0 ]; do case $1 in
  --tensorflow) tensorflow=1;; --only) only=$2; shift;; --data) data=$2; shift;; --weights) weights=$2; shift;; *) goal=$1;;
esac; shift; done
wants() { [ -z "$only" ] || [ "$only" = "$1" ]; }
pack() { tar cf - -C "$work/$1" . | zstd -T0 -${LEVEL:-19} --long=27 -q -f -o "$goal/${2:-$1}/$1.tar.zst"; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$goal"

if wants p1 || wants build; then
  mkdir -p "$goal/p1" "$work/build/app"
  cp -r build package.json scripts "$work/build/app/"; rm -rf "$work/build/app/build/test" "$work/build/app/scripts/api"
  cp "$here/env.sh" "$work/build/"; pack build p1
fi
if wants p1; then
  mkdir -p "$goal/p1/debs" "$work/p1/bin" "$work/p1/app/node_modules"
  cp "$(readlink -f "$(command -v node)")" "$work/p1/bin/node"
  # What only building, testing, drawing and notebooks need, and what other parts bring.
  skip=(binaryen @biomejs @tslab tslab zeromq @typescript typescript mathjs xlsx codepage assemblyscript @expo-google-fonts rollup @rollup cmake-ts danfojs-node
    @types core-js playwright-core softpatch-lab* shiki @shikijs typedoc onnxruntime-node @img zod/src webgpu/dist/darwin* webgpu/dist/win* webgpu/dist/linux-arm64
    @tensorflow/tfjs @tensorflow/tfjs-converter @tensorflow/tfjs-data @tensorflow/tfjs-layers @tensorflow/tfjs-node @tensorflow/tfjs-node-gpu @tensorflow/tfjs-backend-webgl)
  args=(); for s in "${skip[@]}"; do args+=("--exclude=./$s"); done
  tar cf - -C node_modules --exclude='*.map' --exclude='*.d.ts' --exclude='*.md' --exclude='@tensorflow/*/dist/*.min.js' --exclude='@tensorflow/*/dist/*.fesm.js' \
    --exclude='@tensorflow/*/dist/*.es2017*' "${args[@]}" . | tar xf - -C "$work/p1/app/node_modules"
  pack p1
  cp "$(command -v zstd)" /lib/x86_64-linux-gnu/liblz4.so.1 "$here/unpack.sh" "$goal/p1/"
  (mkdir -p "$work/lists/partial"; o="-oDir::State::Lists=$work/lists"; apt-get $o -qq update; cd "$goal/p1/debs" \
    && apt-get $o -qq download libvulkan1 libegl1 libglvnd0 libopengl0 libgl1 libglx0 libgles2) >/dev/null 2>&1 || echo 'no Vulkan loader packed'
fi
if wants p2; then
  mkdir -p "$goal/p2" "$work/p2/app/node_modules/onnxruntime-node/bin/napi-v6/linux" "$work/p2/data" "$work/p2/weights"
  cp -r node_modules/@img "$work/p2/app/node_modules/"
  (cd node_modules/onnxruntime-node && tar cf - --exclude=./bin .) | tar xf - -C "$work/p2/app/node_modules/onnxruntime-node"
  cp -r node_modules/onnxruntime-node/bin/napi-v6/linux/x64 "$work/p2/app/node_modules/onnxruntime-node/bin/napi-v6/linux/"
  cp -rL "$data" "$work/p2/data/"; cp -L "$weights" "$work/p2/weights/"; pack p2
fi
if [ $tensorflow = 1 ]; then
  (cd "$work"; mkdir -p wheels tf own out
  pip() { python3 -m pip download -q --no-deps --only-binary=:all: -d wheels "$@"; }
  pip tensorflow==2.19.1; pip nvidia-cublas-cu12==12.5.3.2; pip nvidia-cuda-runtime-cu12==12.5.82; pip nvidia-cudnn-cu12==9.3.0.75
  for w in wheels/*.whl; do unzip -q -o "$w" -d tf; done
  SOFTPATCH_ENGINES="$work/own" node "$project/build/src/cli/main.js" engine install tensorflow-gpu --wheel "$work/tf" || [ -d own/tensorflow-gpu ]
  for f in tf/tensorflow/libtensorflow_{cc,framework}.so.2 tf/nvidia/{cublas,cudnn,cuda_runtime}/lib/*.so.*; do
    case $f in *nvblas*|*cudnn_adv*) continue;; esac
    n=$(basename "$f"); cp "$f" "out/$n"; python3 "$here/trim.py" "out/$n" elf90 >/dev/null
    case $n in libtensorflow*) strip -s "out/$n";; esac
    zstd -T0 -12 --long=27 -q --rm "out/$n"
  done
  # The engine as it was installed, its wheel's libraries left out: they come beside it.
  tar cf - -C own/tensorflow-gpu --exclude=./wheel --exclude='*.map' --exclude='*.d.ts' --exclude='*.min.js' --exclude='*fesm*' --exclude='*es2017*' . | zstd -12 -q -o out/engine.tar.zst
  tar cf all.tar -C out .; parts=$(( ($(stat -c %s all.tar) + 43999999) / 44000000 )); split -n "$parts" all.tar part.)
  i=0; for f in "$work"/part.*; do i=$((i+1)); mkdir -p "$goal/t$i"; cp "$f" "$goal/t$i/"; cp "$here/unpack-tensorflow.sh" "$goal/t$i/"; done
fi
du -sm "$goal"/*
