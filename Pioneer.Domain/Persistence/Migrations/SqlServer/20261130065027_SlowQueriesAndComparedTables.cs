using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pioneer.Domain.Persistence.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class SlowQueriesAndComparedTables : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ComparedTable",
                table: "OperationSteps",
                type: "nvarchar(400)",
                maxLength: 400,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "QueryLimitMs",
                table: "Feeds",
                type: "int",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_OperationSteps_TenantId_ComparedTable_FinishedAt",
                table: "OperationSteps",
                columns: new[] { "TenantId", "ComparedTable", "FinishedAt" },
                filter: "[ComparedTable] IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_OperationSteps_TenantId_ComparedTable_FinishedAt",
                table: "OperationSteps");

            migrationBuilder.DropColumn(
                name: "ComparedTable",
                table: "OperationSteps");

            migrationBuilder.DropColumn(
                name: "QueryLimitMs",
                table: "Feeds");
        }
    }
}
