namespace Pioneer.Embedded.Bank;

/// <summary>A payment to be booked; the currency is the account's.</summary>
internal sealed record NewPayment(string Tenant, int Account, string Counterparty, decimal Amount);

/// <summary>Invents payments: tenants in turn, any account but John's, a quarter above 1000, a third going out.</summary>
internal sealed class PaymentGenerator(DemoBankOptions options)
{
    private static readonly string[] Counterparties =
        ["Northwind Energy", "City Rail", "Blue Cafe", "Harbour Logistics", "Medica", "Tax Office", "Sunrise Rent", "Orbit Telecom", "Payroll"];

    private static readonly string[] Rates = ["USD", "GBP", "CHF", "JPY"];

    private readonly Random _random = new(options.Seed);
    private int _turn;

    public NewPayment Next()
    {
        var tenant = _turn++ % options.Tenants.Count;
        int account;
        do
        {
            account = DemoBankSchema.AccountId(tenant, _random.Next(options.AccountsPerTenant) + 1);
        }
        while (account == DemoBank.JohnsAccount && options.AccountsPerTenant > 1);

        var cents = _random.Next(4) switch
        {
            0 => _random.Next(100_001, 2_500_000),
            1 => _random.Next(20_000, 100_000),
            _ => _random.Next(500, 20_000),
        };
        var sign = _random.Next(3) == 0 ? -1 : 1;
        return new NewPayment(
            options.Tenants[tenant], account, Counterparties[_random.Next(Counterparties.Length)], sign * (decimal)cents / 100);
    }

    public double NextRateFactor() => 1 + ((_random.NextDouble() - 0.5) / 200);

    public string NextRateCurrency() => Rates[_random.Next(Rates.Length)];
}
