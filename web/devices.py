"""Readable names of browsers: 谷歌浏览器（Windows 电脑）."""

from __future__ import annotations

from processes.texts import tr

_BROWSERS = (
    ("MicroMessenger", tr("微信")), ("DingTalk", tr("钉钉")), ("QQBrowser", tr("QQ浏览器")), ("360", tr("360浏览器")), ("Edg", tr("微软浏览器")),
    ("Firefox", tr("火狐浏览器")), ("Chrome", tr("谷歌浏览器")), ("Safari", tr("苹果浏览器")),
)  # fmt: skip
_SYSTEMS = (
    ("Android", tr("安卓手机")), ("iPhone", tr("苹果手机")), ("iPad", tr("苹果平板")), ("Windows", tr("Windows 电脑")), ("Macintosh", tr("苹果电脑")),
    ("Linux", tr("Linux 电脑")),
)  # fmt: skip


def title(device: str) -> str:
    """Return browser and kind of machine; unknown ones are called unknown, never guessed."""
    browser = next((title_of for mark, title_of in _BROWSERS if mark in device), "")
    system = next((title_of for mark, title_of in _SYSTEMS if mark in device), "")
    if not browser and not system:
        return tr("未能识别的浏览器")
    return (
        tr("{browser}（{system}）", browser=browser or tr("未能识别的浏览器"), system=system)
        if system
        else browser
    )
