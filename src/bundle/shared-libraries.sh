#!/bin/sh
# shared-libraries.sh RUNTIME: copies into RUNTIME/lib/fallback the shared libraries that a Java runtime takes
# from its distribution (Debian's: freetype, harfbuzz, lcms, jpeg, zlib). A runtime that brings its own,
# like Temurin's, needs none and gets none. The C and C++ libraries stay out: they belong to the machine.
set -eu
runtime=$1
for library in jli fontmanager javajpeg lcms zip; do
    LD_LIBRARY_PATH=$runtime/lib/server ldd "$runtime/lib/lib$library.so" | awk '$2 == "=>" {print $3}'
done | sort -u | while read -r file; do
    case $file in
        "$runtime"/*|not|*/libc.so.*|*/libm.so.*|*/libdl.so.*|*/libpthread.so.*|*/librt.so.*|*/libgcc_s.so.*|*/libstdc++.so.*) ;;
        *) mkdir -p "$runtime/lib/fallback"; cp -L "$file" "$runtime/lib/fallback/" ;;
    esac
done
