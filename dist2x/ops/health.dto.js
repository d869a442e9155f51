import * as openapi from "@nestjs/swagger";
export class HealthStatus {
    /** @example "ok" */
    status;
    static _OPENAPI_METADATA_FACTORY() {
        return { status: { required: true, type: () => String, example: "ok" } };
    }
}
//# sourceMappingURL=health.dto.js.map