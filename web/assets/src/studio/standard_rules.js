// bpmnlint's own rules, run while one draws, each with what it says in Chinese.
import Linter from "bpmnlint/lib/linter";
import adHoc from "bpmnlint/rules/ad-hoc-sub-process";
import conditionalFlows from "bpmnlint/rules/conditional-flows";
import endRequired from "bpmnlint/rules/end-event-required";
import eventGateway from "bpmnlint/rules/event-based-gateway";
import typedStart from "bpmnlint/rules/event-sub-process-typed-start-event";
import fakeJoin from "bpmnlint/rules/fake-join";
import labelRequired from "bpmnlint/rules/label-required";
import linkEvent from "bpmnlint/rules/link-event";
import drawn from "bpmnlint/rules/no-bpmndi";
import noComplex from "bpmnlint/rules/no-complex-gateway";
import connected from "bpmnlint/rules/no-disconnected";
import duplicateFlows from "bpmnlint/rules/no-duplicate-sequence-flows";
import joinFork from "bpmnlint/rules/no-gateway-join-fork";
import implicitEnd from "bpmnlint/rules/no-implicit-end";
import implicitSplit from "bpmnlint/rules/no-implicit-split";
import implicitStart from "bpmnlint/rules/no-implicit-start";
import overlapping from "bpmnlint/rules/no-overlapping-elements";
import oneBlankStart from "bpmnlint/rules/single-blank-start-event";
import oneDefinition from "bpmnlint/rules/single-event-definition";
import startRequired from "bpmnlint/rules/start-event-required";
import blankStart from "bpmnlint/rules/sub-process-blank-start-event";
import superfluousGateway from "bpmnlint/rules/superfluous-gateway";
import superfluousTermination from "bpmnlint/rules/superfluous-termination";

const RULES = {
  "ad-hoc-sub-process": [adHoc, "error", "任意次序的子流程里不能有开始或结束事件"],
  "conditional-flows": [conditionalFlows, "error", "分支上的连线缺少条件"],
  "end-event-required": [endRequired, "error", "流程缺少结束事件"],
  "event-based-gateway": [eventGateway, "error", "事件网关至少要有两条不带条件的出线"],
  "event-sub-process-typed-start-event": [typedStart, "error", "事件子流程的开始事件要写明是什么事件"],
  "fake-join": [fakeJoin, "warn", "几条连线直接汇到一个环节，不会等齐；需要等齐时用并行网关"],
  "label-required": [labelRequired, "warn", "缺少名称"],
  "link-event": [linkEvent, "error", "连接事件没有配成一对"],
  "no-bpmndi": [drawn, "error", "没有画在图上"],
  "no-complex-gateway": [noComplex, "error", "不要用复杂网关"],
  "no-disconnected": [connected, "error", "没有连线"],
  "no-duplicate-sequence-flows": [duplicateFlows, "error", "两处之间有重复的连线"],
  "no-gateway-join-fork": [joinFork, "error", "一个网关既汇合又分开，请拆成两个"],
  "no-implicit-end": [implicitEnd, "error", "没有出线，也不是结束事件"],
  "no-implicit-split": [implicitSplit, "error", "一个环节有几条不带条件的出线，请用网关分开"],
  "no-implicit-start": [implicitStart, "error", "没有入线，也不是开始事件"],
  "no-overlapping-elements": [overlapping, "warn", "与其他图形重叠，或者画出了边界"],
  "single-blank-start-event": [oneBlankStart, "error", "有几个没有写明事件的开始"],
  "single-event-definition": [oneDefinition, "error", "一个事件只能有一种定义"],
  "start-event-required": [startRequired, "error", "流程缺少开始事件"],
  "sub-process-blank-start-event": [blankStart, "error", "子流程的开始事件不能带事件定义"],
  "superfluous-gateway": [superfluousGateway, "warn", "这个网关只有一进一出，可以去掉"],
  "superfluous-termination": [superfluousTermination, "warn", "这里不需要终止结束"],
};
const config = { rules: Object.fromEntries(Object.entries(RULES).map(([name, [, level]]) => [name, level])) };
const resolver = { resolveRule: (_, name) => RULES[name][0], resolveConfig: () => ({ rules: {} }) };

// Problems as the server's: element, rule, message; `mild` for what is only advised against.
export async function standardProblems(definitions) {
  const reports = await new Linter({ config, resolver }).lint(definitions);
  return Object.entries(reports).flatMap(([rule, found]) =>
    found.map((r) => ({
      element: r.id,
      rule,
      message: RULES[rule]?.[2] || r.message,
      mild: RULES[rule]?.[1] === "warn",
    })),
  );
}
