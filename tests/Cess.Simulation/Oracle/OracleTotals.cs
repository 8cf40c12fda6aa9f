using System.Numerics;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Cess.Simulation.Checks;

namespace Cess.Simulation.Oracle;

/// <summary>What is kept twice agrees: tokens with the supply, space with the files, counts with what they count.</summary>
internal static class OracleTotals
{
    public static void Check(OracleLedger ledger)
    {
        CheckTokens(ledger);
        CheckReserved(ledger);
        CheckSpace(ledger);
        CheckBuckets(ledger);
    }

    private static void CheckTokens(OracleLedger ledger)
    {
        BigInteger sum = 0;
        foreach (AccountRecord account in ledger.Accounts.Records.Values)
            sum += (BigInteger)account.Free.Units + account.Reserved.Units;
        foreach (ValidatorRecord validator in ledger.Validators.Records.Values)
            sum += validator.Pool.Tokens.Units;
        foreach (One<SharedPool> pool in ledger.LeavingPools.Records.Values)
            sum += pool.Value.Tokens.Units;
        Demand("tokens are conserved", sum, ledger.Supply.Find(default)!.Tokens.Units, "all accounts and pools", ledger);
    }

    private static void CheckReserved(OracleLedger ledger)
    {
        foreach ((AccountId id, AccountRecord account) in ledger.Accounts.Records)
        {
            BigInteger sum = MinerRules.MinerOf(ledger, id)?.Stake.Units ?? 0;
            StakeRecord stake = ledger.Stake(id);
            sum += stake.Active.Units;
            foreach (UnbondingChunk chunk in stake.Unbonding)
                sum += chunk.Amount.Units;
            Demand("reserved tokens are somebody's stake", sum, account.Reserved.Units, $"{id}", ledger);
        }
    }

    private static void CheckSpace(OracleLedger ledger)
    {
        Dictionary<MinerId, ulong> reserved = [];
        Dictionary<MinerId, ulong> used = [];
        foreach ((FileId id, FileRecord file) in ledger.Files.Records)
        {
            Dictionary<MinerId, ulong> space = ledger.Deals.Find(id) is null ? used : reserved;
            foreach ((MinerId miner, ulong bytes) in DealRules.SharesOf(file.Declaration))
                space[miner] = space.GetValueOrDefault(miner) + bytes;
        }

        foreach ((MinerId id, MinerRecord miner) in ledger.Miners.Records)
        {
            Demand("reserved space is that of open deals", reserved.GetValueOrDefault(id), miner.ReservedBytes, $"miner {id}", ledger);
            Demand("used space is that of files", used.GetValueOrDefault(id), miner.UsedBytes, $"miner {id}", ledger);
            if (miner.ReservedBytes + miner.UsedBytes > miner.DeclaredBytes)
                throw new BrokenPromiseException("space is promised once", $"miner {id} at {ledger.Height}: {miner}");
        }
    }

    private static void CheckBuckets(OracleLedger ledger)
    {
        foreach (BucketRecord bucket in ledger.Buckets.Records.Values)
        {
            FileRecord[] files = [.. ledger.Objects.Records.Where(entry => entry.Key.Bucket == bucket.Name).Select(entry => ledger.Files.Find(entry.Value.File)!)];
            Demand("a bucket counts its objects", files.Length, bucket.ObjectCount, bucket.Name, ledger);
            BigInteger bytes = 0;
            foreach (FileRecord file in files)
                bytes += DealRules.PlainLength(file.Declaration);
            Demand("a bucket counts its bytes", bytes, bucket.Bytes, bucket.Name, ledger);
            Demand("a bucket counts its open deals", ledger.Deals.Records.Values.Count(deal => deal.Bucket == bucket.Name), bucket.OpenDeals, bucket.Name, ledger);
        }
    }

    private static void Demand(string promise, BigInteger sum, BigInteger kept, string whose, OracleLedger ledger)
    {
        if (sum != kept)
            throw new BrokenPromiseException(promise, $"{whose} at {ledger.Height}: {sum}, and {kept} is kept");
    }
}
