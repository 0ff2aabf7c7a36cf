using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pioneer.Domain.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AutomaticRuns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IsAutomatic",
                table: "PlaybookRuns",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateIndex(
                name: "IX_PlaybookRuns_Scenario_Subject",
                table: "PlaybookRuns",
                columns: new[] { "Scenario", "Subject" },
                unique: true,
                filter: "State <> 'Completed' AND State <> 'CompletedWithLoss' AND State <> 'Aborted'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_PlaybookRuns_Scenario_Subject",
                table: "PlaybookRuns");

            migrationBuilder.DropColumn(
                name: "IsAutomatic",
                table: "PlaybookRuns");
        }
    }
}
