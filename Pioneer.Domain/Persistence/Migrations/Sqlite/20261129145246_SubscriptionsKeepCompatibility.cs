using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pioneer.Domain.Persistence.Migrations.Sqlite
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
                type: "TEXT",
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
