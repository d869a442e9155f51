/** The methods that the path of a request does answer to; empty when no route has that path. */
export function allowedMethods(request) {
    const { stack } = request.app.router;
    const methods = new Set();
    for (const layer of stack) {
        if (!layer.route || isMiddleware(layer.route) || !matches(layer, request.path))
            continue;
        for (const method of Object.keys(layer.route.methods))
            methods.add(method.toUpperCase());
    }
    if (methods.has('GET'))
        methods.add('HEAD');
    return [...methods].sort();
}
/** Nest registers its modules' middleware as routes that answer everything; no controller of ours answers TRACE. */
function isMiddleware({ methods }) {
    return methods['_all'] === true || methods['trace'] === true;
}
function matches(layer, path) {
    try {
        return layer.match(path);
    }
    catch {
        return false;
    }
}
//# sourceMappingURL=allowed-methods.js.map