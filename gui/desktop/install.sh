#!/bin/sh
# Put the unpacked desktop build into the start menu of the person who runs this; no root needed.
# Usage: install.sh   (in the unpacked folder)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
mkdir -p "$data/applications" "$data/mime/packages" "$data/icons/hicolor/256x256/apps"
sed "s|^Exec=.*|Exec=\"$here/EasyTear\" %F|" "$here/easytear.desktop" > "$data/applications/easytear.desktop"
cp "$here/easytear-mime.xml" "$data/mime/packages/easytear.xml"
cp "$here/_internal/easytear_gui/easytear.png" "$data/icons/hicolor/256x256/apps/easytear.png"
command -v update-mime-database > /dev/null && update-mime-database "$data/mime"
command -v update-desktop-database > /dev/null && update-desktop-database "$data/applications"
echo "EasyTear stands in the start menu; sessions (.easytear) open with it."
