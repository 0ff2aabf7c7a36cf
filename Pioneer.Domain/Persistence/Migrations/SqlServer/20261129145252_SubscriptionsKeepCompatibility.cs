using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pioneer.Domain.Persistence.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class SubscriptionsKeepCompatibility : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Compatibility",
                table: "Subscriptions",
                type: "varchar(32)",
                unicode: false,
                maxLength: 32,
                nullable: false,
                defaultValue: "Forward");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Compatibility",
                table: "Subscriptions");
        }
    }
}
