export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
export const MULTIPART_TYPE = 'multipart/form-data';
/** The content type without its parameters, lower case; undefined when none was sent. */
export function mediaType(request) {
    const header = request.headers['content-type'];
    if (header === undefined)
        return undefined;
    const end = header.indexOf(';');
    return (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
}
/** JSON and forms are UTF-8 and nothing else. */
export function isOtherCharset(request) {
    const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    return charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset);
}
export function isJson(type) {
    return type === JSON_TYPE || (type !== undefined && type.startsWith('application/') && type.endsWith('+json'));
}
//# sourceMappingURL=media-type.js.map