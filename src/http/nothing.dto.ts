/** An item of a list that is always empty: of what Flexprice has and this service has not. */
export class NothingDto {}
