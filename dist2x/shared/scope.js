/** Only the scope of something that has one (a caller, a row), for a filter that takes nothing else. */
export function scopeOf({ tenantId, environmentId }) {
    return { tenantId, environmentId };
}
//# sourceMappingURL=scope.js.map