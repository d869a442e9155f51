/**
 * What is wrong with alert settings, field by field; undefined when they make sense. Enabled alerts need a threshold, a
 * warning needs a critical one beside it, all look in one direction, and the more critical lies further out.
 */
export function checkAlertThresholds({ critical, warning, info, alert_enabled: isEnabled, }) {
    const errors = {};
    const levels = [critical, warning, info].filter((level) => level != null);
    if (isEnabled && levels.length === 0)
        errors['alert_enabled'] = ['needs at least one threshold'];
    if (warning && !critical)
        errors['warning'] = ['needs a critical threshold beside it'];
    const [first, ...others] = levels;
    if (first && others.some(({ condition }) => condition !== first.condition)) {
        errors['condition'] = ['must be the same for critical, warning and info'];
    }
    else if (first) {
        const order = first.condition === 'below' ? 1 : -1;
        const isFurtherOut = (a, b) => !a || !b || a.threshold.cmp(b.threshold) * order <= 0;
        const words = first.condition === 'below' ? 'at or above' : 'at or below';
        if (!isFurtherOut(critical, warning))
            errors['warning'] = [`must be ${words} the critical threshold`];
        if (!isFurtherOut(warning ?? critical, info)) {
            errors['info'] = [`must be ${words} the ${warning ? 'warning' : 'critical'} threshold`];
        }
    }
    return Object.keys(errors).length > 0 ? errors : undefined;
}
//# sourceMappingURL=check-alert-thresholds.js.map