// The properties of our models: role by lane, form, clock, clauses, operation with parameters, condition, timer.
const SP = "spiffworkflow";

export function panelOf(modeler, place, offered, editable) {
  const modeling = modeler.get("modeling"),
    moddle = modeler.get("moddle"),
    bpmnFactory = modeler.get("bpmnFactory");
  const make = (type, attributes) => moddle.create(type, attributes);
  const extensions = (element, type) =>
    (element.businessObject.extensionElements?.values || []).find((v) => v.$type === `${SP}:${type}`);

  function extend(element, type, child) {
    const owner = element.businessObject;
    const others = (owner.extensionElements?.values || []).filter((v) => v.$type !== `${SP}:${type}`);
    const values = child ? [...others, child] : others;
    const holder = values.length ? make("bpmn:ExtensionElements", { values }) : undefined;
    if (holder) {
      holder.$parent = owner;
      values.forEach((v) => {
        v.$parent = holder;
      });
    }
    modeling.updateProperties(element, { extensionElements: holder });
  }

  const property = (element, name) =>
    extensions(element, "Properties")?.properties?.find((p) => p.name === name)?.value || "";
  function setProperty(element, name, value) {
    const kept = (extensions(element, "Properties")?.properties || [])
      .filter((p) => p.name !== name)
      .map((p) => make(`${SP}:Property`, { name: p.name, value: p.value }));
    if (value) kept.push(make(`${SP}:Property`, { name, value }));
    const holder = kept.length ? make(`${SP}:Properties`, { properties: kept }) : null;
    if (holder)
      kept.forEach((p) => {
        p.$parent = holder;
      });
    extend(element, "Properties", holder);
  }

  function setOperation(element, id, parameters, resultVariable) {
    if (!id) return extend(element, "ServiceTaskOperator", null);
    const list = Object.entries(parameters)
      .filter(([, v]) => v !== "")
      .map(([key, value]) => make(`${SP}:Parameter`, { id: key, type: "str", value }));
    const parameterList = make(`${SP}:Parameters`, { parameters: list });
    const operator = make(`${SP}:ServiceTaskOperator`, {
      id,
      resultVariable: resultVariable || element.id,
      parameterList,
    });
    list.forEach((p) => {
      p.$parent = parameterList;
    });
    parameterList.$parent = operator;
    extend(element, "ServiceTaskOperator", operator);
  }

  const expression = (text) => (text ? bpmnFactory.create("bpmn:FormalExpression", { body: text }) : undefined);

  function field(title, control, hint) {
    const box = Object.assign(document.createElement("div"), { className: "mb-2" });
    const label = Object.assign(document.createElement("label"), {
      className: "form-label small mb-0",
      textContent: title,
    });
    control.id = `property-${place.querySelectorAll("label").length}`;
    label.htmlFor = control.id;
    control.disabled = !editable;
    box.append(label, control);
    if (hint)
      box.append(
        Object.assign(document.createElement("div"), { className: "small text-body-secondary", textContent: hint }),
      );
    place.append(box);
  }
  const text = (title, value, set, hint, long) => {
    const control = Object.assign(document.createElement(long ? "textarea" : "input"), {
      className: "form-control form-control-sm",
      value: value || "",
    });
    control.addEventListener("change", () => set(control.value.trim()));
    field(title, control, hint);
  };
  const pick = (title, value, choices, set, hint) => {
    const control = Object.assign(document.createElement("select"), { className: "form-select form-select-sm" });
    control.append(new Option("（无）", ""), ...choices.map(([v, t]) => new Option(t, v)));
    if (value && !choices.some(([v]) => v === value)) control.append(new Option(`${value}（未登记）`, value));
    control.value = value || "";
    control.addEventListener("change", () => set(control.value));
    field(title, control, hint);
  };

  // Where the clauses stand in the county's text.
  const cited = (numbers) =>
    numbers
      .split(",")
      .map((n) => n.trim())
      .filter(Boolean)
      .map((n) => `${n} ${offered.clauses[n] || "（没有这一条）"}`)
      .join("；");

  function work(element) {
    const lane = (element.businessObject.lanes || [])[0];
    pick(
      "岗位",
      property(element, "role"),
      offered.roles,
      (v) => setProperty(element, "role", v),
      lane ? `不选则由所在泳道“${lane.name || lane.id}”办理` : "不选则由所在泳道办理",
    );
    pick("表单", property(element, "form"), offered.forms, (v) => setProperty(element, "form", v));
    pick(
      "时限",
      property(element, "clock"),
      offered.clocks,
      (v) => {
        setProperty(element, "clock", v);
        show(element);
      },
      offered.clocks.find(([n]) => n === property(element, "clock"))?.[2],
    );
    pick("可以退回到本环节", property(element, "return_to") === "false" ? "false" : "", [["false", "不可以"]], (v) =>
      setProperty(element, "return_to", v),
    );
  }

  function service(element) {
    const operator = extensions(element, "ServiceTaskOperator");
    const verb = offered.verbs.find((v) => v.name === operator?.id);
    const given = Object.fromEntries((operator?.parameterList?.parameters || []).map((p) => [p.id, p.value]));
    pick(
      "服务操作",
      operator?.id,
      offered.verbs.map((v) => [v.name, `${v.title}（${v.name}）`]),
      (v) => {
        setOperation(element, v, {}, "");
        show(element);
      },
      verb?.description,
    );
    for (const name of verb?.parameters || [])
      text(
        `参数 ${name}`,
        given[name],
        (v) => setOperation(element, operator.id, { ...given, [name]: v }, operator.resultVariable),
        name === "paper" ? offered.papers.map(([i, t]) => `'${i}' ${t}`).join("　") : "",
      );
    if (verb) text("结果名称", operator.resultVariable, (v) => setOperation(element, operator.id, given, v));
  }

  function decision(element) {
    pick(
      "决策表或计算表",
      extensions(element, "CalledDecisionId")?.body,
      offered.decisions.map(([i, t]) => [i, `${t}（${i}）`]),
      (v) => extend(element, "CalledDecisionId", v ? make(`${SP}:CalledDecisionId`, { body: v }) : null),
    );
  }

  function timer(element, definition) {
    text(
      "到时条件",
      definition.timeDate?.body,
      (v) => modeling.updateModdleProperties(element, definition, { timeDate: expression(v) }),
      "例如 due('comparison')",
    );
  }

  function show(element) {
    place.replaceChildren();
    const owner = element?.businessObject;
    if (!owner) {
      place.append(
        Object.assign(document.createElement("p"), {
          className: "small text-body-secondary",
          textContent: "选中一个图形，在这里修改它的属性。",
        }),
      );
      return;
    }
    const kind = element.type.replace("bpmn:", "");
    text("名称", owner.name, (v) => modeling.updateProperties(element, { name: v }));
    if (kind === "Lane")
      pick("岗位", owner.id, offered.roles, (v) => v && modeling.updateProperties(element, { id: v }));
    else text("标识", owner.id, (v) => v && modeling.updateProperties(element, { id: v }), "小写字母、数字和下划线");
    if (kind === "UserTask" || kind === "ManualTask") work(element);
    if (kind === "ServiceTask") service(element);
    if (kind === "BusinessRuleTask") decision(element);
    if (kind === "ScriptTask")
      text(
        "赋值",
        owner.script,
        (v) => modeling.updateProperties(element, { script: v }),
        "每行一个：名称 = 表达式",
        true,
      );
    if (kind === "CallActivity")
      text("调用的流程", owner.calledElement, (v) => modeling.updateProperties(element, { calledElement: v }));
    if (kind === "SequenceFlow" && /Gateway/.test(owner.sourceRef.$type)) {
      text(
        "条件",
        owner.conditionExpression?.body,
        (v) => modeling.updateProperties(element, { conditionExpression: expression(v) }),
        "例如 township_opinion.opinion == 'agree'",
      );
      pick("默认出路", owner.sourceRef.default === owner ? "yes" : "", [["yes", "是"]], (v) =>
        modeling.updateProperties(modeler.get("elementRegistry").get(owner.sourceRef.id), {
          default: v ? owner : undefined,
        }),
      );
    }
    for (const definition of owner.eventDefinitions || [])
      if (definition.$type === "bpmn:TimerEventDefinition") timer(element, definition);
    if (/Task|CallActivity/.test(kind))
      text(
        "依据条款",
        property(element, "clauses"),
        (v) => {
          setProperty(element, "clauses", v);
          show(element);
        },
        cited(property(element, "clauses")) || "填条款编号，用逗号分开，例如 C01,C28",
      );
  }

  // A label stands for the shape or line that it names.
  modeler.on("selection.changed", ({ newSelection: [one, more] }) =>
    show(one && !more ? one.labelTarget || one : null),
  );
  show(null);
}
