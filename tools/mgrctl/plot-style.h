/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* The style sheet of a figure, for light pages and dark ones. Each level is a class,
 * and `on-` LEVEL one for what is written on it. */
#define PLOT_STYLE \
  "svg { font-family: Cantarell, 'DejaVu Sans', sans-serif; font-size: 13px }\n" \
  "text { fill: #241f31 }\n" \
  ".title { font-size: 17px; font-weight: bold }\n" \
  ".finding { font-size: 14px }\n" \
  ".name { font-weight: bold }\n" \
  ".mark { font-size: 12px; fill: #5e5c64 }\n" \
  ".grid { stroke: #deddda }\n" \
  ".axis { stroke: #9a9996 }\n" \
  ".harm { stroke: #a51d2d; stroke-width: 1.5; stroke-dasharray: 5 3 }\n" \
  ".warning { stroke: #5e5c64; stroke-width: 1.5 }\n" \
  ".line { fill: none; stroke-width: 1.8; stroke-linejoin: round }\n" \
  ".room { stroke: #1a5fb4 }\n" \
  ".swap { stroke: #1d8a57; stroke-dasharray: 6 3 }\n" \
  ".stall { stroke: #c64600 }\n" \
  ".left { stroke: #813d9c }\n" \
  ".area { opacity: 0.16 }\n" \
  ".room-area { fill: #1a5fb4 }\n" \
  ".stall-area { fill: #c64600 }\n" \
  ".left-area { fill: #813d9c }\n" \
  ".shade { opacity: 0.13 }\n" \
  ".normal { fill: #a3d9b1 }\n" \
  ".low { fill: #d5e39a }\n" \
  ".medium { fill: #f8dc75 }\n" \
  ".high { fill: #f5a14f }\n" \
  ".critical { fill: #e0503f }\n" \
  ".emergency { fill: #8f1d4f }\n" \
  ".on-normal, .on-low, .on-medium, .on-high { fill: #241f31 }\n" \
  ".on-critical, .on-emergency { fill: #ffffff }\n" \
  "@media (prefers-color-scheme: dark) {\n" \
  "text { fill: #f6f5f4 }\n" \
  ".mark { fill: #c0bfbc }\n" \
  ".grid { stroke: #3d3846 }\n" \
  ".axis { stroke: #77767b }\n" \
  ".harm { stroke: #ff7b63 }\n" \
  ".warning { stroke: #c0bfbc }\n" \
  ".room { stroke: #78aeed }\n" \
  ".swap { stroke: #57e389 }\n" \
  ".stall { stroke: #ffa348 }\n" \
  ".left { stroke: #d5a6e6 }\n" \
  ".area, .shade { opacity: 0.24 }\n" \
  ".room-area { fill: #78aeed }\n" \
  ".stall-area { fill: #ffa348 }\n" \
  ".left-area { fill: #d5a6e6 }\n" \
  ".emergency { fill: #a8326a }\n" \
  ".on-normal, .on-low, .on-medium, .on-high { fill: #241f31 }\n" \
  "}\n"
