using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pioneer.Domain.Persistence.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class IsolationRecords : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "IsolationRecords",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    TenantId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    StartedAt = table.Column<long>(type: "bigint", nullable: false),
                    FinishedAt = table.Column<long>(type: "bigint", nullable: false),
                    Outcome = table.Column<string>(type: "varchar(32)", unicode: false, maxLength: 32, nullable: false),
                    Held = table.Column<int>(type: "int", nullable: false),
                    Broken = table.Column<int>(type: "int", nullable: false),
                    NotObserved = table.Column<int>(type: "int", nullable: false),
                    OperationId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Attempts = table.Column<string>(type: "nvarchar(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_IsolationRecords", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_IsolationRecords_StartedAt",
                table: "IsolationRecords",
                column: "StartedAt");

            migrationBuilder.CreateIndex(
                name: "IX_IsolationRecords_TenantId_Id",
                table: "IsolationRecords",
                columns: new[] { "TenantId", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "IsolationRecords");
        }
    }
}
