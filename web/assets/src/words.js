// What the editors of tables and forms say, in Chinese; what is not listed stays as the library writes it.
const words = {
  "View DRD": "决策关系图", "Hit policy:": "命中规则：", "Hit Policy:": "命中规则：", "Hit policy": "命中规则", Unique: "唯一", First: "首个", Collect: "收集", Any: "任一", Priority: "优先", "Rule order": "按规则次序", "Output order": "按输出次序",
  When: "当", And: "且", Then: "则", Annotations: "依据", "Input": "输入", Output: "输出", "Add input": "增加输入列", "Add output": "增加输出列", "Add rule": "增加规则", "Add rule above": "在上方增加规则", "Add rule below": "在下方增加规则",
  Remove: "删除", "Remove rule": "删除规则", Copy: "复制", Cut: "剪切", Rule: "规则", Rules: "规则", "Add input left": "在左侧增加输入列", "Add input right": "在右侧增加输入列", "Add output left": "在左侧增加输出列", "Add output right": "在右侧增加输出列",
  "Input Label": "输入名称", "Output Label": "输出名称", "Output Name": "输出标识", Expression: "表达式", "Expression language": "表达式语言", Type: "类型", "Predefined values": "可选值", Close: "关闭", Edit: "修改", "Edit description": "修改说明", "Add description": "增加说明", Clear: "清除", Yes: "是", No: "否",
  Components: "组件", "Search components": "查找组件", Selection: "选择", Presentation: "展示", Containers: "容器", Action: "动作",
  "Text field": "单行文字", "Text area": "多行文字", Number: "数字", "Date time": "日期", "File picker": "文件", Checkbox: "勾选框", "Checkbox group": "多选", "Radio group": "单选", Select: "下拉选择", "Tag list": "标签", "Text view": "说明文字", "HTML view": "网页片段", "Image view": "图片", Table: "表格", "Document preview": "文件预览", Spacer: "间隔", Separator: "分隔线", Group: "分组", "Dynamic list": "动态清单", Button: "按钮", iFrame: "网页框",
  General: "常规", Condition: "显示条件", Layout: "布局", Appearance: "外观", Validation: "校验", Serialization: "数据格式", Constraints: "限制", "Custom properties": "自定义属性", "Options source": "选项来源", "Static options": "固定选项", "Field label": "字段名称", "Field description": "字段说明", "Key": "标识", "Default value": "默认值", Required: "必填", "Read only": "只读", Disabled: "停用", "Minimum length": "最少字数", "Maximum length": "最多字数", Minimum: "最小值", Maximum: "最大值", Label: "名称", Value: "取值", "Hide if": "满足时隐藏", Columns: "列数", ID: "编号",
};

export const translate = (template, values = {}) => (words[template] || template).replace(/{([^}]+)}/g, (_, key) => values[key] ?? `{${key}}`);
export const inChinese = { translate: ["value", translate] };
