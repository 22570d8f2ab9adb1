// For `node --import`: vitest declares Node 22, but all that it lacks in Node 20 is this, when it
// reports a failed test. For vitest's own process only: the tests run in others.
Map.groupBy ??= (items, keyOf) => {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
};
