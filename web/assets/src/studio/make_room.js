// A step dropped on a line pushes what comes after it to the right, where it would lie upon it otherwise.
const GAP = 50;

// What lies to the right of the dropped shape in its own row: shapes with their labels, not lanes and pools.
const isStep = (element) =>
  !element.waypoints &&
  !element.labelTarget &&
  element.parent &&
  !/Lane|Participant|Process|Collaboration/.test(element.type);
const overlaps = (one, other) =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

export function makeRoom(modeler) {
  const registry = modeler.get("elementRegistry"),
    modeling = modeler.get("modeling");
  // After everything else of the drop, the two new lines among it, in the same step of undo.
  modeler.on("commandStack.shape.create.postExecuted", 100, ({ context }) => {
    const { shape } = context;
    if (!shape || !isStep(shape) || !shape.incoming.length || !shape.outgoing.length) return;
    const next = shape.outgoing[0].target;
    const wanted = shape.x + shape.width + GAP;
    const near = registry.filter(
      (e) =>
        e !== shape &&
        isStep(e) &&
        !e.host &&
        e.parent === shape.parent &&
        overlaps(e, {
          x: shape.x,
          y: shape.y,
          width: shape.width + GAP,
          height: shape.height,
        }),
    );
    const first = [next, ...near].filter((e) => e.x >= shape.x && e.x < wanted);
    if (first.length) {
      const from = Math.min(...first.map((e) => e.x)),
        by = wanted - from;
      const after = registry.filter(
        (e) => isStep(e) && e !== shape && !e.host && e.parent === shape.parent && e.x >= from,
      );
      modeling.moveElements(after, { x: by, y: 0 });
    }
    const before = shape.incoming[0].source;
    const short = before.x + before.width + GAP - shape.x;
    if (short > 0 && before.x <= shape.x) {
      const after = registry.filter(
        (e) => isStep(e) && !e.host && e.parent === shape.parent && (e === shape || e.x >= shape.x) && e !== before,
      );
      modeling.moveElements(after, { x: short, y: 0 });
    }
  });
}
