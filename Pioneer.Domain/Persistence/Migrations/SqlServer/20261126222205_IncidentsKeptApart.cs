using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pioneer.Domain.Persistence.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class IncidentsKeptApart : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IsShared",
                table: "IncidentEvent",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<Guid>(
                name: "TenantId",
                table: "IncidentEvent",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "LastGoodAt",
                table: "IncidentEvent",
                type: "bigint",
                nullable: true);

            // two processes that detected at once may have opened the same incident twice: the older one stays open
            migrationBuilder.Sql(
                """
                UPDATE Incidents SET State = 'Closed', ClosedAt = DetectedAt, Revision = Revision + 1
                WHERE State <> 'Closed' AND EXISTS (
                    SELECT 1 FROM Incidents AS older
                    WHERE older.Scenario = Incidents.Scenario AND older.Subject = Incidents.Subject AND older.State <> 'Closed'
                        AND (older.DetectedAt < Incidents.DetectedAt OR (older.DetectedAt = Incidents.DetectedAt AND older.Id < Incidents.Id)))
                """);

            migrationBuilder.CreateIndex(
                name: "IX_Incidents_Scenario_Subject",
                table: "Incidents",
                columns: new[] { "Scenario", "Subject" },
                unique: true,
                filter: "State <> 'Closed'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Incidents_Scenario_Subject",
                table: "Incidents");

            migrationBuilder.DropColumn(
                name: "IsShared",
                table: "IncidentEvent");

            migrationBuilder.DropColumn(
                name: "LastGoodAt",
                table: "IncidentEvent");

            migrationBuilder.DropColumn(
                name: "TenantId",
                table: "IncidentEvent");
        }
    }
}
