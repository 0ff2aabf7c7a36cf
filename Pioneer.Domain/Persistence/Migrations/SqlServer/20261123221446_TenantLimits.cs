using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pioneer.Domain.Persistence.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class TenantLimits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "Limits_ConsumerBytesPerSecond",
                table: "Tenants",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "Limits_ControllerMutationsPerSecond",
                table: "Tenants",
                type: "float",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Limits_ProducerBytesPerSecond",
                table: "Tenants",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "Limits_RequestPercentage",
                table: "Tenants",
                type: "float",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Limits_ConsumerBytesPerSecond",
                table: "Tenants");

            migrationBuilder.DropColumn(
                name: "Limits_ControllerMutationsPerSecond",
                table: "Tenants");

            migrationBuilder.DropColumn(
                name: "Limits_ProducerBytesPerSecond",
                table: "Tenants");

            migrationBuilder.DropColumn(
                name: "Limits_RequestPercentage",
                table: "Tenants");
        }
    }
}
