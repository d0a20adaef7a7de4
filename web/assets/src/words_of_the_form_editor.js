// What the form editor says, in Chinese; put in where it appears (`localise`), since it asks no translator.
const KINDS = {
  "Text field": "单行文字", "Text area": "多行文字", Number: "数字", "Date time": "日期时间", Expression: "算式", "File picker": "选择文件", Checkbox: "勾选框", "Checkbox group": "多选", "Radio group": "单选", Select: "下拉选择", "Tag list": "标签", "Text view": "说明文字", "HTML view": "网页片段", "Image view": "图片", Table: "表格", "Document preview": "文件预览", Spacer: "间隔", Separator: "分隔线", Group: "分组", "Dynamic list": "动态清单", Button: "按钮", iFrame: "网页框",
};
const RESTS = {
  Components: "组件", "Search components": "查找组件", "No components found.": "没有找到组件。", Input: "填写", Selection: "选择", Presentation: "展示", Containers: "容器", Action: "动作",
  General: "常规", Condition: "显示条件", Layout: "布局", Appearance: "外观", Validation: "校验", Serialization: "数据格式", Constraints: "限制", "Custom properties": "自定义属性", "Options source": "选项来源", "Static options": "固定选项", "Dynamic options": "来自数据的选项", "Options expression": "选项算式", "Security attributes": "安全属性", "Headers source": "表头来源", "Header items": "表头", "Data source": "数据来源",
  "Field label": "字段名称", "Field description": "字段说明", "Date label": "日期名称", "Time label": "时间名称", "Group label": "分组名称", "Table label": "表格名称", Label: "名称", Title: "标题", Name: "名称", Key: "标识", Value: "取值", Path: "路径", Type: "类型", Subtype: "子类型", Text: "文字", Content: "内容", ID: "编号", Form: "表单", "Version tag": "版本标记", "Default value": "默认值", "Target value": "取值", Required: "必填", "Read only": "只读", Disabled: "停用", Searchable: "可以查找", "Hide if": "满足条件时隐藏", Condition: "条件",
  Minimum: "最小值", Maximum: "最大值", "Minimum length": "最少字数", "Maximum length": "最多字数", "Validation pattern": "格式", Custom: "自定义", "Custom regular expression": "自定义正则表达式", "Custom error message": "自定义提示", Email: "电子邮箱", Phone: "电话", "Decimal digits": "小数位数", Increment: "步长", "Output as string": "以文字保存", Prefix: "前缀", Suffix: "后缀", "Vertical alignment": "垂直对齐", Top: "上", Center: "中", Bottom: "下", Columns: "列宽", Auto: "自动", Height: "高度",
  "Time format": "时间格式", "Time interval": "时间间隔", "Use 24h": "24 小时制", "Disallow past dates": "不允许过去的日期", Date: "日期", "Date & time": "日期和时间", Time: "时间", Checked: "勾选", "Not checked": "不勾选", "Upload multiple files": "可传多个文件", "Supported file formats": "文件格式", Repeatable: "可重复", "Allow add/delete items": "允许增删", "Disable collapse": "不折叠", "Default number of items": "默认项数", "Compute on": "何时计算", "Value changes": "取值变化时", "Form submission": "提交时", "Show outline": "显示边框", "Alternative text": "替代文字", "Image source": "图片来源", Pagination: "分页", "Number of rows per page": "每页行数", "Input values key": "输入标识",
  "Binds to a form variable": "数据中的名称：小写字母、数字和下划线", "Allows arbitrary precision values": "可保存任意精度", "Must not be empty.": "不能为空。", "Must not be empty": "不能为空", "Must be unique.": "不能重复。", "Must not contain spaces.": "不能有空格。", "Must be a variable or a dot separated path.": "应为变量名，或用点分开的路径。", "Should be a valid number.": "应为数字。", "Must be number": "应为数字", "Should be an integer.": "应为整数。", "Select a form field to edit its properties.": "选中一个字段，在这里修改它的属性。", "Build your form": "从左边拖入组件", "Drag and drop components here to start designing.": "把组件拖到这里，开始设计。", "Drag and drop components here.": "把组件拖到这里。", "Remove form field": "删除字段",
  "Create new list item": "增加一项", "Delete item": "删除这一项", "Toggle section": "展开或收起", "Toggle list item": "展开或收起", "Section contains edits": "已修改", "Open pop-up editor": "在大窗口里编辑", "Click to set a dynamic value with FEEL expression": "点击改用算式", "FEEL expression is mandatory": "须写算式", Year: "年", Month: "月", Column: "列", Opened: "已打开", "Opened in popup": "已在大窗口打开", Submit: "提交", Reset: "重置",
};

// Hints, choices and faults of its panel.
const HINTS = {
  "<empty>": "（空）", "<none>": "（无）", "Add new": "增加", Create: "增加",
  "Add properties directly to the form schema, useful to configure functionality in custom-built task applications and form renderers.":
    "直接写入表单文件的属性，供其他程序使用。",
  "A source is a JSON object containing metadata for a document or an array of documents.": "来源为说明文件的数据，或者若干份文件的清单。",
  "Additional details are optional. The expected format is as follows:": "其他内容可以不填。格式如下：",
  "Each entry must include a document ID, name, and MIME type.": "每一项须有文件编号、名称和类型。", "All values selected": "已全部选中", "Allow same origin": "允许同源",
  Browse: "选择", "Camera access": "使用摄像头", "Clear content": "清除内容", "Click to remove sorting": "点击取消排序", "Column 1": "第一列", "Column 2": "第二列",
  "Column 3": "第三列", "Condition under which the field is deactivated": "满足这个条件时，该字段不能填写",
  "Condition under which the field is hidden": "满足这个条件时，该字段不显示", "Deactivate if": "满足条件时停用", "Date and time must both be entered.": "日期和时间都应填写。",
  "Define an expression to calculate the value of this field": "填写计算本字段的算式", "Define an expression to populate the options from.": "填写得出选项的算式。",
  "Define which input property to populate the values from": "填写选项取自哪一项数据", "Descriptive text for screen reader accessibility.": "供读屏软件朗读的说明。",
  "Document reference": "文件来源", "Document reference is not defined.": "没有填写文件来源。",
  "Documents whose height exceeds the defined value in pixels will be vertically scrollable": "超过这个高度（像素）的文件可以上下滚动",
  "Drop is not a valid target": "不能放在这里", "Drop not allowed by path registry": "不能放在这里",
  "Enter a form input variable that contains the data for the table or define an expression to populate the data dynamically.":
    "填写表格数据所在的变量，或者得出数据的算式。",
  "Expression or static value (link/data URI)": "算式或者固定地址", "Field is required.": "请填写此项。", "Field must be a valid email.": "应为电子邮箱。",
  "Forms submission": "提交表单", Geolocation: "地理位置", "Height of the container in pixels.": "高度（像素）。", "Input data": "来自数据", Static: "固定",
  "Learn more": "详细说明", "Link referring to a hosted image, or use a data URI directly to embed image data into the form.": "图片的地址，或者直接写入图片数据。",
  "List of items": "清单", "Max height of preview container": "预览的最大高度", "Max validation value is not a valid number.": "最大值应为数字。",
  "Min validation value is not a valid number.": "最小值应为数字。", "Microphone access": "使用麦克风",
  "Multiple form fields are selected. Select a single form field to edit its properties.": "选中了几个字段。请只选一个，再修改它的属性。",
  "Must not be a prohibited path.": "不能用这个路径。", "Must not cause two binding paths to collide": "不能与其他字段的路径重复",
  "Must not conflict with other key/path assignments.": "不能与其他字段的标识或者路径重复。", "Must not contain numerical path segments.": "路径中不能有数字段。",
  "Must not contain prefix.": "不能带前缀。", "Next page": "下一页", "Previous page": "上一页", "No content to show.": "没有内容。", "No files selected": "未选择文件",
  "No results": "没有结果", "No timezone": "不带时区", "Nothing to show.": "没有内容。", "Number of non-collapsing items": "不折叠的项数", "Open documentation": "打开说明",
  "Open in fullscreen": "全屏打开", "Open modal windows": "打开对话框", "Open popups": "打开新窗口", "Opened in editor": "已在编辑器中打开",
  "Please make sure that the URL is safe as it might impose security risks.": "请确认地址安全可靠。", "Remove tag": "删除标签",
  "Routes the children of this component into a form variable, may be left empty to route at the root level.": "其中各字段保存在这个变量下，不填则与其他字段并列。",
  "Routes the children of this component into a form variable.": "其中各字段保存在这个变量下。", "Save and close": "保存并关闭", "Script execution": "运行脚本",
  Search: "查找", "Section contains an error": "其中有错误", "Should be a valid number": "应为数字", "Should be greater than or equal to zero.": "应大于或者等于零。",
  "Should be greater than zero.": "应大于零。", "Skip to search": "跳到查找", "Specify an expression to populate column items": "填写得出各列的算式",
  "Specify the source from which to populate the table": "填写表格数据的来源", "Storage access by user": "访问本机数据",
  "The document data source is required.": "请填写文件来源。",
  "The error message to display when the input does not match the regular expression.": "填写的内容不符合格式时显示的提示。", "This is an image placeholder": "图片",
  "Top level navigation": "离开本页", "Unable to download document": "文件不能下载", "Use the preview window to test your form.": "用预览检验表单。",
  "Value is expected to be an integer.": "应为整数。", "Value is expected to have at most 1 decimal digit.": "最多一位小数。", "Value is not a number.": "应为数字。",
  "Value must be a number.": "应为数字。", "Version tag by which this form can be referenced.": "引用本表单的版本标记。",
  "Where the child variables of this component are pathed to.": "其中各字段保存的位置。", URL: "网址", Add: "增加", Remove: "删除", Close: "关闭",
  "Close pop-up editor": "关闭大窗口", Cancel: "取消", Save: "保存",
};

export const formEditorWords = {
  ...HINTS,
  ...RESTS,
  ...KINDS,
  ...Object.fromEntries(Object.entries(KINDS).flatMap(([en, zh]) => [[`Create a ${en} element`, `增加${zh}`], [`Create an ${en} element`, `增加${zh}`], [`Remove ${en}`, `删除${zh}`], [en.toUpperCase(), zh]])),
  ...Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`List contains ${n} item${n === 1 ? "" : "s"}`, `共 ${n} 项`])),
};
