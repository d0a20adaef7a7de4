"""Sentences of the renderer's errors: Chinese, with `{name}` for each value; no sentence names a person.

They stand in one place, so that whoever shows them can tell the sentence from its values.
"""

from __future__ import annotations

UNTRUSTED_ANSWER = "文书进程的回答不可信"
UNREADABLE_ANSWER = "文书进程的回答无法读取"
CERTIFICATE_UNREADABLE = "证书不能读取"
CERTIFICATE_OR_PASSWORD = "证书不能读取，或者密码不对"  # noqa: S105  # no password
DEVICE_CLOSED = "签名设备不能打开，请检查设备、令牌名称和口令"
DEVICE_FAILED = "签名设备签名没有完成，请检查密钥名称"
SIGNING_FAILED = "签名没有完成：{fault}"
NO_SIGNATURE_PICTURE = "没有生成签名图样"
NOTHING_MADE = "没有生成内容"
GLYPHS_MISSING = "本机的字体没有这些字：{characters}，请安装含有该字的字体后重试"
OUTSIDE_FILE = "模板不能读取外部文件或网址"
TEMPLATE_BROKEN = "模板 {template}：{fault}"
CHECKS_BUSY = "核验的人较多"
READING_BUSY = "正在读取的文件较多"
PREVIEWS_BUSY = "正在预览的人较多，请稍候再试"
NOT_STARTED = "文书进程没有启动"
NOT_STARTED_IN_TIME = "文书进程 {seconds} 秒内没有启动"
OUT_OF_TIME = "超过 {seconds} 秒仍未完成"
ENDED = "文书进程意外结束（可能内存不足）"
HALF_PDF = "这个 PDF 不完整或者已损坏，可能没有传完；请重新扫描或者导出后再上传"
LOCKED_PDF = "这个 PDF 设有打开密码，请去掉密码（另存或打印为 PDF）后再上传"
UNREADABLE_FILE = "文件不能读取：{kind}"
DAMAGED_FILE = "文件不能读取，可能已经损坏"
TOO_MANY_PAGES = "一个文件不能超过 {pages} 页"
TOO_MANY_PIXELS = "图片超过 {millions} 百万像素，请降低分辨率后再上传"
HALF_PICTURE = "图片不完整或者已损坏，可能没有传完；请重新拍照、扫描后再上传"
SHEET_TOO_LARGE = "表格解压后过大，请只保留要导入的工作表"
NO_WORKBOOK = "不是有效的 XLSX 文件，请用下载的样表填写，另存为 .xlsx 后再上传"
TOO_MANY_ROWS = "超过 {rows} 行，请分成几个文件"

ALL = tuple(value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str))
