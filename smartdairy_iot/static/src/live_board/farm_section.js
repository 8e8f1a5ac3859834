import { Component } from "@odoo/owl";
import { EmptyState } from "../board/empty_state";
import { Tile } from "./tile";

/** A farm and its tiles; it renders when devices come or go, not when they change. */
export class FarmSection extends Component {
    static template = "smartdairy_iot.FarmSection";
    static components = { EmptyState, Tile };
    static props = { farm: Object };
}
