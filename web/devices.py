"""Readable names of browsers: 谷歌浏览器（Windows 电脑）."""

from __future__ import annotations

_BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("QQBrowser", "QQ浏览器"), ("360", "360浏览器"), ("Edg", "微软浏览器"),
    ("Firefox", "火狐浏览器"), ("Chrome", "谷歌浏览器"), ("Safari", "苹果浏览器"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "安卓手机"), ("iPhone", "苹果手机"), ("iPad", "苹果平板"), ("Windows", "Windows 电脑"), ("Macintosh", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)  # fmt: skip


def title(device: str) -> str:
    """Return browser and kind of machine; unknown ones are called unknown, never guessed."""
    browser = next((title_of for mark, title_of in _BROWSERS if mark in device), "")
    system = next((title_of for mark, title_of in _SYSTEMS if mark in device), "")
    if not browser and not system:
        return "未能识别的浏览器"
    return f"{browser or '未能识别的浏览器'}（{system}）" if system else browser
