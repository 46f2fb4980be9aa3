// Writes tables, told as JSON, with SheetJS or ExcelJS: see make_written_files.py.
"use strict";
const fs = require("fs");
const path = require("path");

const [tablesPath, outputPath] = process.argv.slice(2);
const tables = JSON.parse(fs.readFileSync(tablesPath, "utf-8"));
const ERROR_CODES = { "#DIV/0!": 7, "#N/A": 42 };

function sheetjs() {
  const XLSX = require("xlsx");
  const book = XLSX.utils.book_new();
  for (const table of tables) {
    const sheet = {};
    const last = { r: 0, c: 0 };
    for (const told of table.cells) {
      const cell = {};
      if (told.error) Object.assign(cell, { t: "e", v: ERROR_CODES[told.error], w: told.error });
      else if (told.value === null) cell.t = "z";
      else cell.t = { string: "s", number: "n", boolean: "b" }[typeof told.value];
      if (told.value !== null) cell.v = told.value;
      if (told.formula) cell.f = told.formula;
      if (told.formula && !told.calculated) Object.assign(cell, { t: "n", v: undefined });
      if (told.format !== "General") cell.z = told.format;
      if (told.look === "comment") cell.c = [{ a: "somebody", t: "a comment" }];
      if (told.look === "link") cell.l = { Target: told.value };
      sheet[XLSX.utils.encode_cell({ r: told.row, c: told.column })] = cell;
      last.r = Math.max(last.r, told.row);
      last.c = Math.max(last.c, told.column);
    }
    sheet["!ref"] = XLSX.utils.encode_range({ s: { r: 0, c: 0 }, e: last });
    sheet["!merges"] = table.merged.map(([r, c, toR, toC]) => ({ s: { r, c }, e: { r: toR, c: toC } }));
    sheet["!rows"] = [];
    for (const row of table.hiddenRows) sheet["!rows"][row] = { hidden: true };
    sheet["!cols"] = [];
    for (const column of table.hiddenColumns) sheet["!cols"][column] = { hidden: true };
    XLSX.utils.book_append_sheet(book, sheet, table.name);
  }
  const bookType = { ".xls": "biff8" }[path.extname(outputPath)] || path.extname(outputPath).slice(1);
  XLSX.writeFile(book, outputPath, { bookType, compression: true });
}

async function exceljs() {
  const ExcelJS = require("exceljs");
  const book = new ExcelJS.Workbook();
  for (const table of tables) {
    const sheet = book.addWorksheet(table.name);
    for (const told of table.cells) {
      const cell = sheet.getCell(told.row + 1, told.column + 1);
      const result = told.error ? { error: told.error } : told.value;
      if (told.formula) cell.value = told.calculated ? { formula: told.formula, result } : { formula: told.formula };
      else if (told.look === "rich") {
        const [start, ...rest] = told.value.split(" ");
        cell.value = { richText: [{ font: { bold: true }, text: start }, { text: " " + rest.join(" ") }] };
      } else if (told.look === "link") cell.value = { text: told.value, hyperlink: told.value };
      else cell.value = result;
      if (told.format !== "General") cell.numFmt = told.format;
      if (told.look === "comment") cell.note = "a comment";
    }
    for (const [r, c, toR, toC] of table.merged) sheet.mergeCells(r + 1, c + 1, toR + 1, toC + 1);
    for (const row of table.hiddenRows) sheet.getRow(row + 1).hidden = true;
    for (const column of table.hiddenColumns) sheet.getColumn(column + 1).hidden = true;
  }
  await book.xlsx.writeFile(outputPath);
}

(path.basename(outputPath).startsWith("sheetjs") ? sheetjs : exceljs)();
