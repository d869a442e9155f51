import { getMetadataStorage } from 'class-validator';

/** As class-validator's own storage has them. */
type Rules = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>;
type RulesByField = ReturnType<ReturnType<typeof getMetadataStorage>['groupByPropertyName']>;

/**
 * Makes class-validator gather the rules of a class once: it would look through those of all classes for each object that
 * it checks. They do not change once the class is there. Groups, which nothing here uses, are still looked up each time;
 * should a later release ask in another way, it is as slow as before, and as right.
 */
export function rememberRules(storage: ReturnType<typeof getMetadataStorage>): void {
  const known = new WeakMap<object, Rules>();
  const grouped = new WeakMap<Rules, RulesByField>();
  const gather = storage.getTargetValidationMetadatas.bind(storage);
  const group = storage.groupByPropertyName.bind(storage);
  storage.getTargetValidationMetadatas = (target, schema, always, isStrict, groups) => {
    if (always || isStrict || groups?.length) return gather(target, schema, always, isStrict, groups);
    const rules = known.get(target) ?? gather(target, schema, always, isStrict, groups);
    known.set(target, rules);
    return rules;
  };
  storage.groupByPropertyName = (rules) => {
    const byField = grouped.get(rules) ?? group(rules);
    grouped.set(rules, byField);
    return byField;
  };
}
